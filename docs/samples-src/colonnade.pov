// A colonnade beside a pool at the end of the day.
#version 3.7;
global_settings { assumed_gamma 1.0 max_trace_level 6 }
camera { location <-3.2, 1.9, -9> look_at <1.0, 2.15, 4> right x*image_width/image_height angle 58 }
light_source { <60, 26, 70> rgb <2.6, 1.75, 0.95> area_light <6,0,0>, <0,6,0>, 4, 4 adaptive 1 jitter }
light_source { <-40, 50, -60> rgb <0.20, 0.26, 0.40> shadowless }
sky_sphere { pigment { gradient y color_map { [0 rgb <1.15,0.62,0.30>] [0.12 rgb <0.95,0.58,0.40>] [0.35 rgb <0.45,0.45,0.60>] [0.8 rgb <0.12,0.20,0.42>] } }
  pigment { bozo turbulence 0.9 octaves 7 omega 0.6 scale <0.6,0.09,0.5> color_map { [0.45 rgbt <1,1,1,1>] [0.62 rgbt <1.2,0.75,0.5,0.4>] [0.85 rgbt <0.55,0.38,0.42,0.2>] } } }
#declare Stone = texture { pigment { granite turbulence 0.3 scale 1.7 color_map { [0 rgb <0.72,0.60,0.46>] [0.5 rgb <0.58,0.47,0.36>] [1 rgb <0.80,0.70,0.56>] } }
  normal { granite 0.35 scale 0.35 } finish { diffuse 0.85 ambient 0.03 } }
#declare Column = union {
  difference { cone { <0,0.35,0>, 0.42, <0,4.2,0>, 0.34 }
    #for (I, 0, 15) cone { <0.455,0.2,0>, 0.075, <0.37,4.3,0>, 0.06 rotate y*I*22.5 } #end }
  torus { 0.44, 0.10 translate y*0.33 } box { <-0.58,0,-0.58>, <0.58,0.25,0.58> }
  torus { 0.36, 0.07 translate y*4.2 } cone { <0,4.22,0>, 0.36, <0,4.45,0>, 0.56 } box { <-0.6,4.45,-0.6>, <0.6,4.62,0.6> }
  texture { Stone } }
#for (I, 0, 9)
  object { Column rotate y*I*37 translate <2.6, 0.12, -4 + I*2.5> }
  object { Column rotate y*I*53 translate <5.9, 0.12, -4 + I*2.5> }
#end
union { box { <2.0,4.74,-5.2>, <3.2,5.35,22> } box { <5.3,4.74,-5.2>, <6.5,5.35,22> } box { <1.85,5.35,-5.4>, <6.7,5.55,22.2> }
  box { <1.6,-0.6,-30>, <14,0.12,40> } box { <1.35,-0.6,-30>, <1.6,0.02,40> } texture { Stone } }
union { box { <-30,-0.6,24>, <30,0.05,40> } box { <-30,-0.6,-12>, <-8,0.1,40> } texture { Stone } }
#declare R = seed(7);
#for (I, 0, 26) // cypresses behind the pool
  cone { 0, 0.55+0.3*rand(R), <0,4.2+2.4*rand(R),0>, 0.02 translate <-16+I*1.25+rand(R), 0, 26+5*rand(R)>
    texture { pigment { granite color_map { [0 rgb <0.03,0.06,0.02>] [1 rgb <0.10,0.13,0.05>] } scale 0.4 } normal { granite 1.6 scale 0.3 } } }
#end
plane { y, -0.12 pigment { rgb <0.02,0.05,0.06> } normal { average normal_map { [1 bumps 0.05 scale <0.5,0.2,0.16>] [1 ripples 0.018 scale 0.5 translate <-3,0,4>] } }
  finish { diffuse 0.25 specular 0.6 roughness 0.003 reflection { 0.08, 0.95 fresnel on } conserve_energy } interior { ior 1.33 } }
fog { fog_type 2 distance 60 rgbt <1.0,0.62,0.38,0.1> fog_offset 0 fog_alt 3 }
